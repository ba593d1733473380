"""What a key does: the keyboards, Telex and VNI, the pad that knows the code."""
