"""The tag editor: a picture on which products are placed by click or keyboard, for the shop's own admin pages."""

from sharekit.widgets.editor.markup import card, editor_markup, tag_editor
from sharekit.widgets.editor.posted import EditedPicture, edited_picture, read_json

__all__ = ["EditedPicture", "card", "edited_picture", "editor_markup", "read_json", "tag_editor"]
