"""The room of the person: touchscreen, camera, catalogue, search, dossier look-up, rating."""
