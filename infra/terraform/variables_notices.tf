# Who is told.

variable "owner_tag" {
  type        = string
  default     = "owner"
  description = "The tag that names the owner of a user or a secret."
  nullable    = false

  validation {
    condition     = length(var.owner_tag) >= 1 && length(var.owner_tag) <= 100
    error_message = "owner_tag must have 1 to 100 characters."
  }
}

variable "mail_from" {
  type        = string
  default     = ""
  description = "The verified SES address that mail comes from; empty means no mail."
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9._%+=-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+)?$", var.mail_from))
    error_message = "mail_from must match ^([A-Za-z0-9._%+=-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+)?$."
  }

  validation {
    condition     = var.mail_from == "" || (var.mail_admin != "" && var.mail_domains != "")
    error_message = "mail_from needs mail_admin and mail_domains."
  }
}

variable "mail_admin" {
  type        = string
  default     = ""
  description = "Who is told what no owner can be told; needed for mail."
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9._%+=-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+)?$", var.mail_admin))
    error_message = "mail_admin must match ^([A-Za-z0-9._%+=-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+)?$."
  }
}

variable "mail_domains" {
  type        = string
  default     = ""
  description = "The one domain that mail to owners may go to, such as example.com or *.example.com; needed for mail."
  nullable    = false

  validation {
    condition     = can(regex("^((\\*\\.)?[a-z0-9-]+(\\.[a-z0-9-]+)+)?$", var.mail_domains))
    error_message = "mail_domains must match ^((\\*\\.)?[a-z0-9-]+(\\.[a-z0-9-]+)+)?$."
  }
}

variable "account_contacts" {
  type        = string
  default     = ""
  description = "Whom to tell for an account, in that domain, such as 123456789012=team@example.com, comma-separated."
  nullable    = false
}

variable "text_topic" {
  type        = string
  default     = "yes"
  description = "Whether there is a topic of readable text, to which people subscribe by mail without SES."
  nullable    = false

  validation {
    condition     = contains(["yes", "no"], var.text_topic)
    error_message = "text_topic must be one of yes, no."
  }

  validation {
    condition     = var.mail_from != "" || var.text_topic == "yes" || var.chat_topic == "yes"
    error_message = "Somebody must be told: set mail_from, text_topic or chat_topic."
  }
}

variable "chat_topic" {
  type        = string
  default     = "no"
  description = "Whether there is a topic for Amazon Q Developer in chat applications."
  nullable    = false

  validation {
    condition     = contains(["yes", "no"], var.chat_topic)
    error_message = "chat_topic must be one of yes, no."
  }
}

variable "alarm_topic_arn" {
  type        = string
  default     = ""
  description = "The SNS topic that alarms go to, such as one of your own that CloudWatch may publish to; not one of this stack, for CloudWatch cannot use their key. Empty means none."
  nullable    = false
}
