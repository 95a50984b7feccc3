variable "name" {
  type        = string
  description = "What every name starts with."
}

variable "partition" {
  type        = string
  description = "The partition of AWS, such as aws."
}

variable "region" {
  type        = string
  description = "The Region of the deployment."
}

variable "account_id" {
  type        = string
  description = "The account of the deployment."
}

variable "dns_suffix" {
  type        = string
  description = "The domain of the partition, such as amazonaws.com."
}

variable "parameters" {
  type = object({
    mode                         = string
    delete                       = string
    user_path                    = string
    credentials                  = string
    sweep                        = string
    max_actions                  = number
    max_actions_percent          = number
    max_age_days                 = number
    max_idle_days                = number
    notice_days                  = number
    reminder_days                = string
    grace_days                   = number
    overlap_days                 = number
    exempt_users                 = string
    exempt_paths                 = string
    exempt_groups                = string
    owner_tag                    = string
    mail_from                    = string
    mail_admin                   = string
    mail_domains                 = string
    account_contacts             = string
    text_topic                   = string
    chat_topic                   = string
    alarm_topic_arn              = string
    organization_id              = string
    member_role_name             = string
    external_id                  = string
    organizational_units         = string
    accounts                     = string
    exclude_accounts             = string
    exclude_organizational_units = string
    accounts_at_once             = number
    iam_calls_per_second         = number
    test_timeout_seconds         = number
    secrets_key_arn              = string
    templates_layer_arn          = string
  })
  description = "Those of the settings that decide something here."
}

# What follows are single variables, not one object: each document then waits only for the resources that it names.

variable "notice_topic_arn" {
  type        = string
  description = "The topic of notices."
}

variable "people_topic_arn" {
  type        = string
  description = "The topic of readable text, or null."
}

variable "chat_topic_arn" {
  type        = string
  description = "The topic for chat applications, or null."
}

variable "mail_events_topic_arn" {
  type        = string
  description = "The topic of what became of mails, or null."
}

variable "mail_configuration_set_name" {
  type        = string
  description = "The configuration set of mails, or null."
}

variable "notice_queue_arn" {
  type        = string
  description = "The queue of notices."
}

variable "notice_dead_letters_name" {
  type        = string
  description = "The queue of notices that were not told."
}

variable "invocation_dead_letters_arn" {
  type        = string
  description = "The queue of invocations that failed."
}

variable "invocation_dead_letters_name" {
  type        = string
  description = "The name of that queue."
}

variable "report_bucket_name" {
  type        = string
  description = "The bucket of the reports."
}

variable "report_bucket_arn" {
  type        = string
  description = "The ARN of that bucket."
}

variable "rotate_key_log_group_arn" {
  type        = string
  description = "The log group of rotate-key."
}

variable "deactivate_stale_log_group_arn" {
  type        = string
  description = "The log group of deactivate-stale."
}

variable "notify_owner_log_group_arn" {
  type        = string
  description = "The log group of notify-owner."
}

variable "list_accounts_log_group_arn" {
  type        = string
  description = "The log group of list-accounts, or null."
}

variable "rotate_key_role_arn" {
  type        = string
  description = "The role of rotate-key."
}

variable "deactivate_stale_role_arn" {
  type        = string
  description = "The role of deactivate-stale."
}

variable "rotate_key_function_arn" {
  type        = string
  description = "The function rotate-key."
}

variable "rotate_key_function_name" {
  type        = string
  description = "Its name."
}

variable "deactivate_stale_function_arn" {
  type        = string
  description = "The function deactivate-stale."
}

variable "deactivate_stale_function_name" {
  type        = string
  description = "Its name."
}

variable "notify_owner_function_name" {
  type        = string
  description = "The name of notify-owner."
}

variable "list_accounts_function_arn" {
  type        = string
  description = "The function list-accounts, or null."
}

variable "organization_arn" {
  type        = string
  description = "The state machine, or null."
}

variable "exposed_key_rule_arn" {
  type        = string
  description = "The rule for exposed keys."
}

variable "rotation_failed_rule_arn" {
  type        = string
  description = "The rule for rotations that were given up."
}

variable "rotation_failed_rule_name" {
  type        = string
  description = "Its name."
}

variable "secret_label_rule_arn" {
  type        = string
  description = "The rule for secrets with another current version."
}
