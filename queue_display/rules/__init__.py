"""The rules of the queue, one file a subject. Pure: a draft and the moment go in, a change or a refusal comes out."""
