"""An exhibition in two linked spaces."""
