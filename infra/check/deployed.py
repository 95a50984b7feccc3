"""A template as it is deployed with some parameters: every property of every resource, with what it refers to by its real name."""

from roles import ACCOUNT, REGION, Resolver

#: The property that names a resource, what its Ref is, and the form of its ARN.
TYPES = {
    "AWS::CloudWatch::Dashboard": ("DashboardName", "name", None),
    "AWS::Events::Rule": ("Name", "name", "arn:aws:events:{place}:rule/{name}"),
    "AWS::IAM::Role": ("RoleName", "name", "arn:aws:iam::{account}:role/{name}"),
    "AWS::Lambda::Function": ("FunctionName", "name", "arn:aws:lambda:{place}:function:{name}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "name", "arn:aws:logs:{place}:log-group:{name}:*"),
    "AWS::S3::Bucket": (None, "name", "arn:aws:s3:::{name}"),
    "AWS::SES::ConfigurationSet": ("Name", "name", None),
    "AWS::SNS::Topic": ("TopicName", "arn", "arn:aws:sns:{place}:{name}"),
    "AWS::SQS::Queue": ("QueueName", "url", "arn:aws:sqs:{place}:{name}"),
    "AWS::Scheduler::Schedule": ("Name", "name", None),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "arn", "arn:aws:states:{place}:stateMachine:{name}"),
}


class Deployed(Resolver):
    """What a template deploys. A reference to what is not deployed is an error."""

    def __init__(self, template, parameters, account=ACCOUNT):
        super().__init__(template, parameters, account)
        self.account = account

    def is_deployed(self, logical):
        resource = self.template["Resources"][logical]
        return "Condition" not in resource or self.condition(resource["Condition"])

    def name(self, name):
        if name in self.values:
            return self.values[name]
        logical, _, attribute = name.partition(".")
        if not self.is_deployed(logical):
            raise LookupError(f"refers to {logical}, which is not deployed")
        resource = self.template["Resources"][logical]
        named_by, reference, arn = TYPES[resource["Type"]]
        # A bucket gets a name of AWS's making.
        own = self.value(resource["Properties"][named_by]) if named_by else logical
        place = f"{REGION}:{self.account}"
        if attribute == named_by or (not attribute and reference == "name"):
            return own
        if attribute == "Arn" or (not attribute and reference == "arn"):
            return arn.format(place=place, account=self.account, name=own)
        if not attribute and reference == "url":
            return f"https://sqs.{REGION}.amazonaws.com/{self.account}/{own}"
        raise LookupError(f"refers to {name}, which nobody here knows")

    def value(self, value):
        if isinstance(value, dict) and set(value) == {"Fn::Join"}:
            between, parts = value["Fn::Join"]
            return between.join(self.value(parts))
        return super().value(value)

    def resources(self):
        """The properties of what is deployed, by logical name."""
        return {
            logical: self.value(resource["Properties"])
            for logical, resource in self.template["Resources"].items()
            if self.is_deployed(logical)
        }

    def of_type(self, *types):
        return {logical for logical, resource in self.template["Resources"].items() if resource["Type"] in types and self.is_deployed(logical)}


def same(left, right):
    """Whether two policies say the same: one value or a list of one, in whatever order."""
    return normal(left) == normal(right)


def normal(value):
    if isinstance(value, dict):
        return {name: normal(inner) for name, inner in value.items() if name != "Sid"}
    if isinstance(value, list):
        inner = sorted((normal(one) for one in value), key=repr)
        return inner[0] if len(inner) == 1 else inner
    return value
