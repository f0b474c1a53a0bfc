"""What a deposit is: its words, its place, its vocabularies. No web and no database."""
