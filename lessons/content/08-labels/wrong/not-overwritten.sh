# step: adopt
kubectl label pod stranger app=hello
