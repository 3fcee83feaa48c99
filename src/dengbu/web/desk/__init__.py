"""The workbench of the office (/desk/): frame, review, ledger, register."""
