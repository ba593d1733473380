"""The spoken screen: what is said, how, and by which voice. Nothing of a person aloud."""
