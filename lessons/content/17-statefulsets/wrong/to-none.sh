# step: scale
kubectl scale statefulset db --replicas=0
