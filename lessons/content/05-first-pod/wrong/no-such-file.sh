# step: write
kubectl apply -f pod.yml
