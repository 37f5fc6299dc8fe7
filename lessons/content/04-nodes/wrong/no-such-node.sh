# step: read
kubectl describe node worker-1
