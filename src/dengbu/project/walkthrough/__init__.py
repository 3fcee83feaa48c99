"""The walkthrough: whole roads over HTTP, as the different persons."""
