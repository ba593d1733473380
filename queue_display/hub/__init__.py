"""The hub: the HTTP and WebSocket API of the truth (docs/contracts.md §2), and the pages it serves."""
