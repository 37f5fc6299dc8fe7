# step: create
kubectl create deployment hello-world --image=helloworld-app --replicas=3
