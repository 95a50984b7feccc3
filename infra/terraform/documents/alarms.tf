output "alarms" {
  description = "What must wake somebody, by the end of the alarm's name."
  value = { for name, alarm in {
    rotate-key-errors = {
      description        = "A rotation ended in error; Secrets Manager tries again, and the current key stays in use"
      namespace          = "AWS/Lambda"
      metric             = "Errors"
      dimensions         = { FunctionName = var.rotate_key_function_name }
      statistic          = "Sum"
      period             = 3600
      evaluation_periods = 1
      threshold          = 3
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    }
    deactivate-stale-errors = {
      description        = "A sweep, an undo or the answer to an exposed key ended in error; the log says what was not done"
      namespace          = "AWS/Lambda"
      metric             = "Errors"
      dimensions         = { FunctionName = var.deactivate_stale_function_name }
      statistic          = "Sum"
      period             = 300
      evaluation_periods = 1
      threshold          = 1
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    }
    notify-owner-errors = {
      description        = "The function that tells owners ended in error; what it did not tell stays in the queue"
      namespace          = "AWS/Lambda"
      metric             = "Errors"
      dimensions         = { FunctionName = var.notify_owner_function_name }
      statistic          = "Sum"
      period             = 3600
      evaluation_periods = 1
      threshold          = 3
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    }
    notices-dead = {
      description        = "Owners were not told, and will not be until somebody moves the dead letters back into the queue"
      namespace          = "AWS/SQS"
      metric             = "ApproximateNumberOfMessagesVisible"
      dimensions         = { QueueName = var.notice_dead_letters_name }
      statistic          = "Maximum"
      period             = 300
      evaluation_periods = 1
      threshold          = 1
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    }
    invocations-dead = {
      description        = "A sweep, an exposed key or news of a rotation was not dealt with; its event is among the dead letters"
      namespace          = "AWS/SQS"
      metric             = "ApproximateNumberOfMessagesVisible"
      dimensions         = { QueueName = var.invocation_dead_letters_name }
      statistic          = "Maximum"
      period             = 300
      evaluation_periods = 1
      threshold          = 1
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    }
    rotation-given-up = {
      description        = "Secrets Manager gave a rotation up; the current key stays in use"
      namespace          = "AWS/Events"
      metric             = "TriggeredRules"
      dimensions         = { RuleName = var.rotation_failed_rule_name }
      statistic          = "Sum"
      period             = 300
      evaluation_periods = 1
      threshold          = 1
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    }
    limit-reached = {
      description        = "More was due than one run may take away, so it took away nothing; read the report, then raise the limits for one run"
      namespace          = "Keysteward"
      metric             = "LimitReached"
      dimensions         = {}
      statistic          = "Maximum"
      period             = 3600
      evaluation_periods = 1
      threshold          = 1
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    }
    no-sweep = var.parameters.sweep == "yes" ? {
      description        = "No sweep was completed for two days"
      namespace          = "Keysteward"
      metric             = "SweepCompleted"
      dimensions         = {}
      statistic          = "Sum"
      period             = 86400
      evaluation_periods = 2
      threshold          = 1
      comparison         = "LessThanThreshold"
      missing_data       = "breaching"
    } : null
    organization-incomplete = local.has_organization ? {
      description        = "Some accounts of the organization were not swept; the execution names them"
      namespace          = "AWS/States"
      metric             = "ExecutionsFailed"
      dimensions         = { StateMachineArn = var.organization_arn }
      statistic          = "Sum"
      period             = 300
      evaluation_periods = 1
      threshold          = 1
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    } : null
    organization-timed-out = local.has_organization ? {
      description        = "The organization was not swept in time; raise AccountsAtOnce"
      namespace          = "AWS/States"
      metric             = "ExecutionsTimedOut"
      dimensions         = { StateMachineArn = var.organization_arn }
      statistic          = "Sum"
      period             = 300
      evaluation_periods = 1
      threshold          = 1
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    } : null
    organization-aborted = local.has_organization ? {
      description        = "Somebody stopped the sweep of the organization"
      namespace          = "AWS/States"
      metric             = "ExecutionsAborted"
      dimensions         = { StateMachineArn = var.organization_arn }
      statistic          = "Sum"
      period             = 300
      evaluation_periods = 1
      threshold          = 1
      comparison         = "GreaterThanOrEqualToThreshold"
      missing_data       = "notBreaching"
    } : null
  } : name => alarm if alarm != null }
}

output "alarm_actions" {
  description = "Where alarms go to."
  value       = local.has_alarm_topic ? [var.parameters.alarm_topic_arn] : []
}
