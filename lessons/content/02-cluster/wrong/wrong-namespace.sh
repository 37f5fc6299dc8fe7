# step: brain
kubectl get pods
