"""The truth: tickets, order, what each board shows and the voice says, the outbox, the uplink, clerk and TV pages."""
