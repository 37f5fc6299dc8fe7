# step: once
kubectl apply -f job.yaml
