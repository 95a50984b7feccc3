resource "aws_sfn_state_machine" "organization" {
  count = local.has_organization ? 1 : 0

  name       = "${var.name}-organization"
  type       = "STANDARD"
  definition = module.documents.organization_definition
  role_arn   = aws_iam_role.organization[0].arn
  tags       = var.tags

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = false
    # Step Functions asks for the end that the provider leaves off a log group's ARN.
    log_destination = "${aws_cloudwatch_log_group.organization[0].arn}:*"
  }

  # Step Functions tries at once whether the role may log.
  depends_on = [aws_iam_role_policy.organization]
}
