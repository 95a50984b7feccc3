# ---- The topics ----------------------------------------------------------------------------------------------------

resource "aws_sns_topic" "notices" {
  name              = "${var.name}-notices"
  kms_master_key_id = "alias/aws/sns"
  tags              = var.tags
}

resource "aws_sns_topic_policy" "notices" {
  arn    = aws_sns_topic.notices.arn
  policy = jsonencode(module.documents.policy_of_notice_topic)
}

resource "aws_sns_topic" "people" {
  count = var.text_topic == "yes" ? 1 : 0

  name              = "${var.name}-people"
  display_name      = "Keysteward"
  kms_master_key_id = "alias/aws/sns"
  tags              = var.tags
}

resource "aws_sns_topic" "chat" {
  count = var.chat_topic == "yes" ? 1 : 0

  name              = "${var.name}-chat"
  kms_master_key_id = "alias/aws/sns"
  tags              = var.tags
}

# SES cannot publish to a topic that is encrypted with the key of SNS; its events name addresses and subjects.
resource "aws_sns_topic" "mail_events" {
  count = local.has_mail ? 1 : 0

  name = "${var.name}-mail-events"
  tags = var.tags
}

resource "aws_sns_topic_policy" "mail_events" {
  count = local.has_mail ? 1 : 0

  arn    = aws_sns_topic.mail_events[0].arn
  policy = jsonencode(module.documents.policy_of_mail_events_topic)
}

# ---- The queue -----------------------------------------------------------------------------------------------------

resource "aws_sqs_queue" "notices_dead_letters" {
  name                      = "${var.name}-notices-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
  tags                      = var.tags
}

resource "aws_sqs_queue" "notices" {
  name                      = "${var.name}-notices"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
  # Six times the function's timeout, and the batching window ("Using Lambda with Amazon SQS").
  visibility_timeout_seconds = 2100
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.notices_dead_letters.arn, maxReceiveCount = 5 })
  tags                       = var.tags
}

resource "aws_sqs_queue_policy" "notices" {
  queue_url = aws_sqs_queue.notices.url
  policy    = jsonencode(module.documents.policy_of_notice_queue)
}

# The function believes a message by the topic that its envelope names, so the envelope stays on.
resource "aws_sns_topic_subscription" "notices" {
  topic_arn            = aws_sns_topic.notices.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.notices.arn
  raw_message_delivery = false
}

resource "aws_sns_topic_subscription" "mail_events" {
  count = local.has_mail ? 1 : 0

  topic_arn            = aws_sns_topic.mail_events[0].arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.notices.arn
  raw_message_delivery = false
}

resource "aws_lambda_event_source_mapping" "notices" {
  event_source_arn        = aws_sqs_queue.notices.arn
  function_name           = aws_lambda_function.notify_owner.function_name
  function_response_types = ["ReportBatchItemFailures"]
  # A sweep's notices become one mail for each owner.
  batch_size                         = 10000
  maximum_batching_window_in_seconds = 300
  tags                               = var.tags

  scaling_config {
    maximum_concurrency = 2
  }
}

# ---- Mail ----------------------------------------------------------------------------------------------------------

resource "aws_sesv2_configuration_set" "mail" {
  count = local.has_mail ? 1 : 0

  configuration_set_name = "${var.name}-mail"
  tags                   = var.tags

  reputation_options {
    reputation_metrics_enabled = true
  }

  delivery_options {
    tls_policy = "REQUIRE"
  }
}

resource "aws_sesv2_configuration_set_event_destination" "mail" {
  count = local.has_mail ? 1 : 0

  configuration_set_name = aws_sesv2_configuration_set.mail[0].configuration_set_name
  event_destination_name = "notices"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT", "REJECT"]

    sns_destination {
      topic_arn = aws_sns_topic.mail_events[0].arn
    }
  }

  depends_on = [aws_sns_topic_policy.mail_events]
}

# ---- Events of Secrets Manager -------------------------------------------------------------------------------------

# Needs a trail of management events in this Region ("Rotation events", AWS Secrets Manager User Guide).
resource "aws_cloudwatch_event_rule" "rotation_failed" {
  name          = "${var.name}-rotation-failed"
  description   = "Secrets Manager gave a rotation up"
  event_pattern = jsonencode(module.documents.pattern_of_failed_rotations)
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "rotation_failed" {
  rule      = aws_cloudwatch_event_rule.rotation_failed.name
  target_id = "notices"
  arn       = aws_sqs_queue.notices.arn

  dead_letter_config {
    arn = aws_sqs_queue.invocation_dead_letters.arn
  }
}

resource "aws_cloudwatch_event_rule" "secret_label" {
  name          = "${var.name}-secret-label"
  description   = "A secret has another current version"
  event_pattern = jsonencode(module.documents.pattern_of_secret_labels)
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "secret_label" {
  rule      = aws_cloudwatch_event_rule.secret_label.name
  target_id = "notices"
  arn       = aws_sqs_queue.notices.arn

  dead_letter_config {
    arn = aws_sqs_queue.invocation_dead_letters.arn
  }
}
