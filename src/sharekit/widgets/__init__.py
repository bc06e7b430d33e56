"""What a template author embeds, one file each."""
