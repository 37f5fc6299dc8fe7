# step: diagnose
predict policy
# step: repair
kubectl label pod client role=front-end
clock advance 8s
