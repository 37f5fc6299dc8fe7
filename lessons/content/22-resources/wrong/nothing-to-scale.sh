# step: autoscale
kubectl apply -f hpa.yaml
