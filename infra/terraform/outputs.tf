# Made from the template by infra/check/terraform.py --write: do not edit.

output "rotation_function_arn" {
  description = "The rotation function to configure secrets with."
  value       = aws_cloudformation_stack.keysteward.outputs["RotationFunctionArn"]
}

output "sweep_function_name" {
  description = "The function to invoke for an undo."
  value       = aws_cloudformation_stack.keysteward.outputs["SweepFunctionName"]
}

output "sweep_role_arn" {
  description = "The role that the member roles of other accounts trust."
  value       = aws_cloudformation_stack.keysteward.outputs["SweepRoleArn"]
}

output "rotation_role_arn" {
  description = "The role that the member roles of other accounts trust for rotations."
  value       = aws_cloudformation_stack.keysteward.outputs["RotationRoleArn"]
}

output "notice_topic_arn" {
  description = "The topic of notices, for subscribers who filter by attributes."
  value       = aws_cloudformation_stack.keysteward.outputs["NoticeTopicArn"]
}

output "people_topic_arn" {
  description = "The topic to subscribe to by mail; null where it is not deployed."
  value       = lookup(aws_cloudformation_stack.keysteward.outputs, "PeopleTopicArn", null)
}

output "chat_topic_arn" {
  description = "The topic for Amazon Q Developer in chat applications; null where it is not deployed."
  value       = lookup(aws_cloudformation_stack.keysteward.outputs, "ChatTopicArn", null)
}

output "table_arn" {
  description = "The table of records, attempts and receipts; TableArn of a stack in a second Region."
  value       = aws_cloudformation_stack.keysteward.outputs["TableArn"]
}

output "report_bucket_name" {
  description = "Where the reports are."
  value       = aws_cloudformation_stack.keysteward.outputs["ReportBucketName"]
}
