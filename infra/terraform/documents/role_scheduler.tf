output "policy_of_scheduler" {
  description = "What the schedule may do."
  value = {
    Version = "2012-10-17"
    Statement = [
      local.has_organization ? {
        Sid      = "SweepTheOrganization"
        Effect   = "Allow"
        Action   = "states:StartExecution"
        Resource = var.organization_arn
        } : {
        Sid      = "Sweep"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = var.deactivate_stale_function_arn
      },
      {
        Sid      = "KeepWhatFailed"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = var.invocation_dead_letters_arn
      },
    ]
  }
}
