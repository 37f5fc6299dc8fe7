# step: release
kubectl scale statefulset db --replicas=4
