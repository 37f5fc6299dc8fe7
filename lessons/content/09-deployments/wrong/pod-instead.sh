# step: create
kubectl run hello-world --image=helloworld-app --labels=app=hello
