output "pattern_of_exposed_keys" {
  description = "AWS found a credential where it should not be."
  value = {
    source      = ["aws.health"]
    detail-type = ["AWS Health Event"]
    detail      = { service = ["RISK"] }
  }
}

output "pattern_of_failed_rotations" {
  description = "Secrets Manager gave a rotation up."
  value = {
    source      = ["aws.secretsmanager"]
    detail-type = ["AWS Service Event via CloudTrail"]
    detail      = { eventName = ["RotationFailed", "RotationAbandoned"] }
  }
}

output "pattern_of_secret_labels" {
  description = "A secret has another current version."
  value = {
    source      = ["aws.secretsmanager"]
    detail-type = ["Secret Label Updated"]
    detail      = { labelUpdated = ["AWSCURRENT"] }
  }
}
