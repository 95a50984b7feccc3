resource "aws_scheduler_schedule" "sweep" {
  name                = "${var.name}-sweep"
  description         = "Starts the sweep"
  schedule_expression = var.schedule
  state               = var.sweep == "yes" ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.has_organization ? aws_sfn_state_machine.organization[0].arn : aws_lambda_function.deactivate_stale.arn
    role_arn = aws_iam_role.scheduler.arn

    retry_policy {
      maximum_retry_attempts       = 3
      maximum_event_age_in_seconds = 3600
    }

    dead_letter_config {
      arn = aws_sqs_queue.invocation_dead_letters.arn
    }
  }

  depends_on = [aws_iam_role_policy.scheduler]
}

resource "aws_sqs_queue" "invocation_dead_letters" {
  name                      = "${var.name}-invocation-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
  tags                      = var.tags
}

resource "aws_sqs_queue_policy" "invocation_dead_letters" {
  queue_url = aws_sqs_queue.invocation_dead_letters.url
  policy    = jsonencode(module.documents.policy_of_invocation_dead_letters)
}

# AWS Health tells of exposed keys in us-east-1 ("Amazon EventBridge and AWS Health"): deploy there, or forward its events.
resource "aws_cloudwatch_event_rule" "exposed_key" {
  name          = "${var.name}-exposed-key"
  description   = "AWS found a credential where it should not be"
  event_pattern = jsonencode(module.documents.pattern_of_exposed_keys)
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "exposed_key" {
  rule      = aws_cloudwatch_event_rule.exposed_key.name
  target_id = "deactivate-stale"
  arn       = aws_lambda_function.deactivate_stale.arn

  retry_policy {
    maximum_retry_attempts       = 185
    maximum_event_age_in_seconds = 86400
  }

  dead_letter_config {
    arn = aws_sqs_queue.invocation_dead_letters.arn
  }
}

resource "aws_lambda_permission" "deactivate_stale_by_exposed_key_rule" {
  statement_id   = "exposed-key-rule"
  function_name  = aws_lambda_function.deactivate_stale.function_name
  action         = "lambda:InvokeFunction"
  principal      = "events.amazonaws.com"
  source_arn     = aws_cloudwatch_event_rule.exposed_key.arn
  source_account = local.account_id
}
