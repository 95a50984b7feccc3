output "policy_of_notice_topic" {
  description = "Who may publish notices, and subscribe to them."
  value = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyTheFunctionsPublish"
        Effect    = "Allow"
        Principal = { AWS = [var.rotate_key_role_arn, var.deactivate_stale_role_arn] }
        Action    = "sns:Publish"
        Resource  = var.notice_topic_arn
      },
      {
        Sid       = "NobodyElsePublishes"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = var.notice_topic_arn
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = [var.rotate_key_role_arn, var.deactivate_stale_role_arn] } }
      },
      {
        Sid       = "PeopleOfThisAccountSubscribe"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
        Action    = ["sns:Subscribe", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"]
        Resource  = var.notice_topic_arn
      },
    ]
  }
}

output "policy_of_mail_events_topic" {
  description = "Who may publish what became of mails; null without mail."
  value = local.has_mail ? {
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ses.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = var.mail_events_topic_arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account_id }
          ArnEquals = {
            "aws:SourceArn" = "arn:${var.partition}:ses:${var.region}:${var.account_id}:configuration-set/${var.mail_configuration_set_name}"
          }
        }
      },
    ]
  } : null
}

output "policy_of_notice_queue" {
  description = "Who may write to the queue of notices."
  value = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheTopicsWrite"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = var.notice_queue_arn
        Condition = {
          ArnEquals    = { "aws:SourceArn" = concat([var.notice_topic_arn], local.has_mail ? [var.mail_events_topic_arn] : []) }
          StringEquals = { "aws:SourceAccount" = var.account_id }
        }
      },
      {
        Sid       = "TheRotationRulesWrite"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = var.notice_queue_arn
        Condition = {
          ArnEquals    = { "aws:SourceArn" = [var.rotation_failed_rule_arn, var.secret_label_rule_arn] }
          StringEquals = { "aws:SourceAccount" = var.account_id }
        }
      },
      {
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = var.notice_queue_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  }
}

output "policy_of_invocation_dead_letters" {
  description = "Who may write to the queue of invocations that failed."
  value = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheRulesWrite"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = var.invocation_dead_letters_arn
        Condition = {
          ArnEquals    = { "aws:SourceArn" = [var.exposed_key_rule_arn, var.rotation_failed_rule_arn, var.secret_label_rule_arn] }
          StringEquals = { "aws:SourceAccount" = var.account_id }
        }
      },
      {
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = var.invocation_dead_letters_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  }
}

output "policy_of_report_bucket" {
  description = "How the bucket may be used."
  value = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [var.report_bucket_arn, "${var.report_bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  }
}
