# step: heal
kubectl delete pod hello-world
