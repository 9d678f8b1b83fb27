"""What those who took part think of it: marks and words, for the programme's yearly indicators."""
