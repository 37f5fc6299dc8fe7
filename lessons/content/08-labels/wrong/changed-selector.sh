# step: take-out
kubectl patch replicaset hello -p '{"spec":{"selector":{"matchLabels":{"app":"examined"}},"template":{"metadata":{"labels":{"app":"examined"}}}}}'
