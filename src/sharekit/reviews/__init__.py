"""What customers wrote: reviews, questions and answers, from the form to the numbers."""
