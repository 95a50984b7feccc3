output "policy_of_notify_owner" {
  description = "What notify-owner may do."
  value = {
    Version = "2012-10-17"
    Statement = [for statement in [
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${var.notify_owner_log_group_arn}:*"
      },
      {
        Sid      = "TakeNotices"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = var.notice_queue_arn
      },
      {
        Sid      = "RememberWhoWasTold"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${var.report_bucket_arn}/mail-ledger/*"
      },
      {
        Sid      = "KnowWhatIsNotThere"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = var.report_bucket_arn
      },
      {
        Sid      = "FindTheOwnerOfASecret"
        Effect   = "Allow"
        Action   = "secretsmanager:DescribeSecret"
        Resource = local.secrets_here
      },
      local.has_text_topic ? {
        Sid      = "TellPeople"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = var.people_topic_arn
      } : null,
      local.has_chat_topic ? {
        Sid      = "TellChats"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = var.chat_topic_arn
      } : null,
      local.has_mail ? {
        Sid    = "SendMail"
        Effect = "Allow"
        Action = "ses:SendEmail"
        Resource = [
          "arn:${var.partition}:ses:${var.region}:${var.account_id}:identity/*",
          "arn:${var.partition}:ses:${var.region}:${var.account_id}:configuration-set/${var.mail_configuration_set_name}",
        ]
        Condition = {
          StringEquals              = { "ses:FromAddress" = var.parameters.mail_from }
          "ForAllValues:StringLike" = { "ses:Recipients" = ["*@${var.parameters.mail_domains}", var.parameters.mail_admin] }
          Null                      = { "ses:Recipients" = "false" }
        }
      } : null,
    ] : statement if statement != null]
  }
}
