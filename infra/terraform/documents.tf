# Every policy, environment, pattern and alarm is decided in the module documents, which has no resources.

module "documents" {
  source = "./documents"

  name       = var.name
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.region
  account_id = local.account_id
  dns_suffix = data.aws_partition.current.dns_suffix

  parameters = {
    mode                         = var.mode
    delete                       = var.delete
    user_path                    = var.user_path
    credentials                  = var.credentials
    max_actions                  = var.max_actions
    max_actions_percent          = var.max_actions_percent
    max_age_days                 = var.max_age_days
    max_idle_days                = var.max_idle_days
    notice_days                  = var.notice_days
    reminder_days                = var.reminder_days
    grace_days                   = var.grace_days
    overlap_days                 = var.overlap_days
    exempt_users                 = var.exempt_users
    exempt_paths                 = var.exempt_paths
    exempt_groups                = var.exempt_groups
    owner_tag                    = var.owner_tag
    mail_from                    = var.mail_from
    mail_admin                   = var.mail_admin
    mail_domains                 = var.mail_domains
    account_contacts             = var.account_contacts
    text_topic                   = var.text_topic
    chat_topic                   = var.chat_topic
    alarm_topic_arn              = var.alarm_topic_arn
    organization_id              = var.organization_id
    member_role_name             = var.member_role_name
    external_id                  = var.external_id
    organizational_units         = var.organizational_units
    accounts                     = var.accounts
    exclude_accounts             = var.exclude_accounts
    exclude_organizational_units = var.exclude_organizational_units
    accounts_at_once             = var.accounts_at_once
    iam_calls_per_second         = var.iam_calls_per_second
    test_timeout_seconds         = var.test_timeout_seconds
    secrets_key_arn              = var.secrets_key_arn
    templates_layer_arn          = var.templates_layer_arn
  }

  notice_topic_arn               = aws_sns_topic.notices.arn
  people_topic_arn               = one(aws_sns_topic.people[*].arn)
  chat_topic_arn                 = one(aws_sns_topic.chat[*].arn)
  mail_events_topic_arn          = one(aws_sns_topic.mail_events[*].arn)
  mail_configuration_set_name    = one(aws_sesv2_configuration_set.mail[*].configuration_set_name)
  notice_queue_arn               = aws_sqs_queue.notices.arn
  notice_dead_letters_name       = aws_sqs_queue.notices_dead_letters.name
  invocation_dead_letters_arn    = aws_sqs_queue.invocation_dead_letters.arn
  invocation_dead_letters_name   = aws_sqs_queue.invocation_dead_letters.name
  report_bucket_name             = aws_s3_bucket.reports.bucket
  report_bucket_arn              = aws_s3_bucket.reports.arn
  rotate_key_log_group_arn       = aws_cloudwatch_log_group.rotate_key.arn
  deactivate_stale_log_group_arn = aws_cloudwatch_log_group.deactivate_stale.arn
  notify_owner_log_group_arn     = aws_cloudwatch_log_group.notify_owner.arn
  list_accounts_log_group_arn    = one(aws_cloudwatch_log_group.list_accounts[*].arn)
  rotate_key_role_arn            = aws_iam_role.rotate_key.arn
  deactivate_stale_role_arn      = aws_iam_role.deactivate_stale.arn
  rotate_key_function_arn        = aws_lambda_function.rotate_key.arn
  rotate_key_function_name       = aws_lambda_function.rotate_key.function_name
  deactivate_stale_function_arn  = aws_lambda_function.deactivate_stale.arn
  deactivate_stale_function_name = aws_lambda_function.deactivate_stale.function_name
  notify_owner_function_name     = aws_lambda_function.notify_owner.function_name
  list_accounts_function_arn     = one(aws_lambda_function.list_accounts[*].arn)
  organization_arn               = one(aws_sfn_state_machine.organization[*].arn)
  exposed_key_rule_arn           = aws_cloudwatch_event_rule.exposed_key.arn
  rotation_failed_rule_arn       = aws_cloudwatch_event_rule.rotation_failed.arn
  rotation_failed_rule_name      = aws_cloudwatch_event_rule.rotation_failed.name
  secret_label_rule_arn          = aws_cloudwatch_event_rule.secret_label.arn
}
