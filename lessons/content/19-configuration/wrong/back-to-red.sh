# step: restart
kubectl patch configmap sign -p '{"data":{"colour":"red"}}'
