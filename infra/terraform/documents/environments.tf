output "environment_of_rotate_key" {
  description = "The settings of rotate-key."
  value = {
    KEYSTEWARD_OVERLAP_DAYS         = tostring(var.parameters.overlap_days)
    KEYSTEWARD_GRACE_DAYS           = tostring(var.parameters.grace_days)
    KEYSTEWARD_TEST_TIMEOUT_SECONDS = tostring(var.parameters.test_timeout_seconds)
    KEYSTEWARD_NOTICE_TOPIC_ARN     = var.notice_topic_arn
    KEYSTEWARD_OWNER_TAG            = var.parameters.owner_tag
    KEYSTEWARD_MEMBER_ROLE_NAME     = local.member_role_name_of_rotations
    KEYSTEWARD_EXTERNAL_ID          = var.parameters.external_id
  }
}

output "environment_of_deactivate_stale" {
  description = "The settings of deactivate-stale."
  value = {
    KEYSTEWARD_MODE                 = var.parameters.mode
    KEYSTEWARD_CREDENTIALS          = var.parameters.credentials
    KEYSTEWARD_MAX_AGE_DAYS         = tostring(var.parameters.max_age_days)
    KEYSTEWARD_MAX_IDLE_DAYS        = tostring(var.parameters.max_idle_days)
    KEYSTEWARD_NOTICE_DAYS          = tostring(var.parameters.notice_days)
    KEYSTEWARD_REMINDER_DAYS        = var.parameters.reminder_days
    KEYSTEWARD_GRACE_DAYS           = tostring(var.parameters.grace_days)
    KEYSTEWARD_OVERLAP_DAYS         = tostring(var.parameters.overlap_days)
    KEYSTEWARD_DELETE               = var.parameters.delete
    KEYSTEWARD_MAX_ACTIONS          = tostring(var.parameters.max_actions)
    KEYSTEWARD_MAX_ACTIONS_PERCENT  = tostring(var.parameters.max_actions_percent)
    KEYSTEWARD_USER_PATH            = var.parameters.user_path
    KEYSTEWARD_EXEMPT_USERS         = var.parameters.exempt_users
    KEYSTEWARD_EXEMPT_PATHS         = var.parameters.exempt_paths
    KEYSTEWARD_EXEMPT_GROUPS        = var.parameters.exempt_groups
    KEYSTEWARD_OWNER_TAG            = var.parameters.owner_tag
    KEYSTEWARD_NOTICE_TOPIC_ARN     = var.notice_topic_arn
    KEYSTEWARD_REPORT_BUCKET        = var.report_bucket_name
    KEYSTEWARD_MEMBER_ROLE_NAME     = var.parameters.member_role_name
    KEYSTEWARD_EXTERNAL_ID          = var.parameters.external_id
    KEYSTEWARD_IAM_CALLS_PER_SECOND = tostring(var.parameters.iam_calls_per_second)
  }
}

output "environment_of_notify_owner" {
  description = "The settings of notify-owner."
  value = {
    KEYSTEWARD_NOTICE_TOPIC_ARN       = var.notice_topic_arn
    KEYSTEWARD_MAIL_FROM              = var.parameters.mail_from
    KEYSTEWARD_MAIL_ADMIN             = var.parameters.mail_admin
    KEYSTEWARD_MAIL_DOMAINS           = var.parameters.mail_domains
    KEYSTEWARD_MAIL_CONFIGURATION_SET = local.has_mail ? var.mail_configuration_set_name : ""
    KEYSTEWARD_MAIL_EVENTS_TOPIC_ARN  = local.has_mail ? var.mail_events_topic_arn : ""
    KEYSTEWARD_MAILS_PER_SECOND       = "10"
    KEYSTEWARD_ACCOUNT_CONTACTS       = var.parameters.account_contacts
    KEYSTEWARD_TEXT_TOPIC_ARN         = local.has_text_topic ? var.people_topic_arn : ""
    KEYSTEWARD_CHAT_TOPIC_ARN         = local.has_chat_topic ? var.chat_topic_arn : ""
    KEYSTEWARD_LEDGER_BUCKET          = var.report_bucket_name
    KEYSTEWARD_TEMPLATES              = local.has_templates ? "/opt/keysteward-templates" : ""
    KEYSTEWARD_OWNER_TAG              = var.parameters.owner_tag
    KEYSTEWARD_ROTATION_FUNCTION_ARN  = var.rotate_key_function_arn
    KEYSTEWARD_SWEEP_FUNCTION_NAME    = var.deactivate_stale_function_name
  }
}
