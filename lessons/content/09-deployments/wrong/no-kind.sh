# step: scale
kubectl scale hello-world --replicas=5
