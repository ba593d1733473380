"""The waiting room in a browser: served by the demo alone, by no installed unit."""
