# step: heal
kubectl delete deployment hello-world
