"""What contracts must do, whoever wrote them: behaviour suites of standards and plain models."""
