# step: pod
kubectl apply -f drawer.yaml
