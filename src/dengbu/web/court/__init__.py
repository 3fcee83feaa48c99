"""协执窗口: papers of courts and other organs at the desk. Importing `views` registers the pages."""
