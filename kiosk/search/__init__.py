"""Search of procedures: forgiving of marks, Telex, typing and everyday words."""
