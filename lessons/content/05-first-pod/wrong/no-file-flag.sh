# step: write
kubectl apply pod.yaml
