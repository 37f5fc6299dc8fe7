# step: create
kubectl create deployment hello-world --image=hello-world-app --replicas=3
