output "dashboard" {
  description = "The dashboard."
  value = {
    widgets = [
      {
        type   = "metric"
        x      = 0
        y      = 0
        width  = 12
        height = 6
        properties = {
          title  = "Sweeps"
          region = var.region
          stat   = "Sum"
          period = 86400
          view   = "timeSeries"
          metrics = [
            ["Keysteward", "Warned"],
            [".", "Deactivated"],
            [".", "Deleted"],
            [".", "Failures"],
            [".", "LimitReached"],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 0
        width  = 12
        height = 6
        properties = {
          title   = "Credentials by rung"
          region  = var.region
          stat    = "Maximum"
          period  = 86400
          view    = "timeSeries"
          stacked = true
          metrics = [
            [{ expression = "SEARCH('{Keysteward,Account,Kind,Rung} MetricName=\"CredentialsByRung\"', 'Maximum', 86400)" }],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 6
        width  = 12
        height = 6
        properties = {
          title   = "Credentials by age in days"
          region  = var.region
          stat    = "Maximum"
          period  = 86400
          view    = "timeSeries"
          stacked = true
          metrics = [
            [{ expression = "SEARCH('{Keysteward,Account,Kind,Age} MetricName=\"CredentialsByAge\"', 'Maximum', 86400)" }],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 6
        width  = 12
        height = 6
        properties = {
          title  = "Notices"
          region = var.region
          stat   = "Sum"
          period = 86400
          view   = "timeSeries"
          metrics = [
            ["Keysteward", "DigestsTold", "Function", "notify-owner"],
            [".", "DigestsToAdministrator", ".", "."],
            [".", "NoticesUntold", ".", "."],
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.notice_dead_letters_name],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 12
        width  = 24
        height = 6
        properties = {
          title  = "Functions"
          region = var.region
          stat   = "Sum"
          period = 3600
          view   = "timeSeries"
          metrics = [
            ["AWS/Lambda", "Invocations", "FunctionName", var.rotate_key_function_name],
            [".", "Errors", ".", "."],
            [".", "Invocations", ".", var.deactivate_stale_function_name],
            [".", "Errors", ".", "."],
            [".", "Invocations", ".", var.notify_owner_function_name],
            [".", "Errors", ".", "."],
          ]
        }
      },
    ]
  }
}
