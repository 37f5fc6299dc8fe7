# step: work
kubectl run hello --image=hello-world:9
